use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    #[tf(required)]
    name: Value<String>,
    #[tf(required)]
    handler: Value<String>,
}

fn main() {}
