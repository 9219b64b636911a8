use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its layers.
    #[tf(block)]
    layers: Value<Vec<String>>,
}

fn main() {}
