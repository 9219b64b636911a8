use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// A secret.
    #[tf(optional, computed, write_only)]
    secret: Value<String>,
}

fn main() {}
