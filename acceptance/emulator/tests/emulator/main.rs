//! The local cloud from outside: its services, its runtime and its gateway.

mod runtime;
