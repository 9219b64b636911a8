//! Every data source, one line each.

use tf_protocol::DataSources;

use crate::Cloud;

/// The data sources of the provider.
pub fn all() -> DataSources<Cloud> {
    DataSources::new()
}
