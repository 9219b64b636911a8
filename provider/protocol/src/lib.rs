//! Terraform plugin protocol 6: handshake, TLS, wire values, the RPC server and the Lifecycle trait.
