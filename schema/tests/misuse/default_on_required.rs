use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its memory.
    #[tf(required, default = 128)]
    mem_size: Value<i64>,
}

fn main() {}
