//! The local cloud: answers Tencent Cloud's API 3.0, runs functions and serves load balancers.

pub mod runtime;
