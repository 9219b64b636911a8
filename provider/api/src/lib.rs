//! A signed, typed client for Tencent Cloud's API 3.0.
