//! Creating things without ever losing one.

use std::future::Future;

use tencentcloud_api::Result;
use tf_schema::Value;

/// Concludes the creation of something that its name identifies.
///
/// `id` is set as soon as the thing may exist. When the cloud's answer was lost, `look` decides:
/// what is there now has been made by the lost request, for the cloud refuses a second one of the
/// same name.
///
/// # Errors
/// The error of the creation, or of looking; `id` then stays set if the thing may exist.
pub async fn named<T>(
    made: Result<T>,
    id: &mut Value<String>,
    name: String,
    look: impl Future<Output = Result<bool>>,
) -> Result<()> {
    match made {
        Ok(_) => {
            *id = Value::Known(name);
            Ok(())
        }
        Err(error) if error.may_have_taken_effect() => {
            *id = Value::Known(name);
            if look.await? {
                return Ok(());
            }
            *id = Value::Null;
            Err(error)
        }
        Err(error) => Err(error),
    }
}
