//! [`Model`]: a struct that is a whole resource, data source, provider block or nested block.

use crate::{Block, Diagnostic, Dynamic, Path};

/// A struct with a schema, usually derived.
///
/// ```
/// use tf_schema::{Block, Model, Resource, Value};
///
/// /// A function.
/// #[derive(Resource)]
/// struct Function {
///     /// Name of the function.
///     #[tf(required, force_new)]
///     name: Value<String>,
///     /// Memory in MB.
///     #[tf(optional, default = 128, validate(|mb| if *mb > 0 { Ok(()) } else { Err("no".into()) }))]
///     mem_size: Value<i64>,
///     /// Where the code is.
///     #[tf(block, max(1))]
///     code: Value<Vec<Code>>,
/// }
///
/// /// Code in a bucket.
/// #[derive(Block)]
/// struct Code {
///     /// Name of the bucket.
///     #[tf(required)]
///     bucket: Value<String>,
/// }
///
/// assert_eq!(Function::block().attributes[0].name, "name");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    note = "a block or a resource is a struct with #[derive(Block)] or #[derive(Resource)]"
)]
pub trait Model: Sized + Send + Sync + 'static {
    /// The schema of this struct.
    fn block() -> Block;

    /// Reads the struct from an object.
    ///
    /// # Errors
    /// A diagnostic with the path of the first value of a wrong type.
    fn decode(object: &Dynamic, path: &Path) -> Result<Self, Diagnostic>;

    /// The object of this struct.
    fn encode(self) -> Dynamic;
}
