use tf_schema::{Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its memory.
    #[tf(optional)]
    mem_size: Value<u8>,
}

fn main() {}
