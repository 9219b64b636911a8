//! The derive that turns a struct into a Terraform schema by forwarding to the builder of tf-schema.
