use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its name.
    #[tf(required, fource_new)]
    name: Value<String>,
}

fn main() {}
