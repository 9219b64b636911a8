use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its id.
    #[tf(computed, force_new)]
    id: Value<String>,
}

fn main() {}
