use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its name.
    name: Value<String>,
}

fn main() {}
