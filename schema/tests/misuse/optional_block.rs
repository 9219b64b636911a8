use tf_schema::{Block, Resource, Value};

/// A function.
#[derive(Resource)]
struct Function {
    /// Its code.
    #[tf(block, optional)]
    code: Value<Vec<Code>>,
}

/// Code.
#[derive(Block)]
struct Code {
    /// Its bucket.
    #[tf(required)]
    bucket: Value<String>,
}

fn main() {}
