use tf_schema::check::between;
use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its name.
    #[tf(required, validate(between(1, 2)))]
    name: Value<String>,
}

fn main() {}
