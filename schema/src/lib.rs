//! Terraform values, types and schemas: pure, no async, no I/O, no protobuf.
