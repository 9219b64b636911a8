use tf_schema::Resource;

/// A function.
#[derive(Resource)]
struct Function {
    /// Its memory.
    #[tf(optional)]
    mem_size: i64,
}

fn main() {}
