//! Creating, updating and deleting: what becomes of the state, whatever happens on the way.

use tf_schema::{Block, Diagnostics, Dynamic, Path, conform, plan};

use crate::lifecycle::{Lifecycle, Presence, Problem};
use crate::operation::Operation;
use crate::timeouts;

/// The outcome of a change.
pub struct Applied {
    /// The new state; null where there is no object.
    pub state: Dynamic,
    /// What went wrong.
    pub problems: Diagnostics,
}

/// Creates the planned object and reads it back. When something fails after the object exists (its
/// `id` is set), what is known of it is the state, so that Terraform can replace or delete it.
pub async fn create<R: Lifecycle>(
    block: &Block,
    planned: Dynamic,
    config: Dynamic,
    operation: Operation,
    cloud: R::Cloud,
) -> Applied {
    let what = format!("Could not create {}", R::TYPE);
    let mut model = match R::decode(&with_write_only(block, &planned, &config), &Path::root()) {
        Ok(model) => model,
        Err(problem) => return Applied { state: Dynamic::Null, problems: problem.into() },
    };
    let outcome = operation.run(model.create(&cloud)).await;
    let outcome = match outcome {
        Ok(()) => read_back(&mut model, &operation, &cloud).await,
        Err(problem) => Err(problem),
    };
    let mut state = state_of(block, model, &planned);
    let mut problems = Diagnostics::new();
    if let Err(problem) = outcome {
        problems.push(problem.diagnostic::<R::Cloud>(&what));
        if !matches!(state.get("id"), Dynamic::String(_)) {
            return Applied { state: Dynamic::Null, problems };
        }
    } else {
        problems.append(conform::is_final(block, &state));
        problems.append(conform::keeps_plan(block, &planned, &state));
    }
    state.forget_unknown();
    Applied { state, problems }
}

/// Changes an object in place and reads it back. When that fails, the state stays what it was: the
/// next plan reads what has been changed by then and goes on from there.
pub async fn update<R: Lifecycle>(
    block: &Block,
    prior: Dynamic,
    planned: Dynamic,
    config: Dynamic,
    operation: Operation,
    cloud: R::Cloud,
) -> Applied {
    let what = format!("Could not update {}", R::TYPE);
    let root = Path::root();
    let models = R::decode(&with_write_only(block, &planned, &config), &root)
        .and_then(|model| Ok((model, R::decode(&prior, &root)?)));
    let (mut model, before) = match models {
        Ok(models) => models,
        Err(problem) => return Applied { state: prior, problems: problem.into() },
    };
    let outcome = operation.run(model.update(&before, &cloud)).await;
    let outcome = match outcome {
        Ok(()) => read_back(&mut model, &operation, &cloud).await,
        Err(problem) => Err(problem),
    };
    if let Err(problem) = outcome {
        return Applied { state: prior, problems: problem.diagnostic::<R::Cloud>(&what).into() };
    }
    let mut state = state_of(block, model, &planned);
    plan::hold_to_plan(block, &planned, &mut state);
    let mut problems = conform::is_final(block, &state);
    problems.append(conform::keeps_plan(block, &planned, &state));
    state.forget_unknown();
    Applied { state, problems }
}

/// Deletes an object. When that fails, the state stays what it was.
pub async fn delete<R: Lifecycle>(
    prior: Dynamic,
    operation: Operation,
    cloud: R::Cloud,
) -> Applied {
    let mut model = match R::decode(&prior, &Path::root()) {
        Ok(model) => model,
        Err(problem) => return Applied { state: prior, problems: problem.into() },
    };
    match operation.run(model.delete(&cloud)).await {
        Ok(()) => Applied { state: Dynamic::Null, problems: Diagnostics::new() },
        Err(problem) => {
            let what = format!("Could not delete {}", R::TYPE);
            Applied { state: prior, problems: problem.diagnostic::<R::Cloud>(&what).into() }
        }
    }
}

async fn read_back<R: Lifecycle>(
    model: &mut R,
    operation: &Operation,
    cloud: &R::Cloud,
) -> Result<(), Problem> {
    match operation.run(model.read(cloud)).await? {
        Presence::Present => Ok(()),
        Presence::Gone => Err(Problem::new(
            "it is gone",
            "The cloud accepted the change, but does not know the object any more. Something \
             else may have deleted it.",
        )),
    }
}

/// The state that a model stands for: complete, without write-only values, with the user's
/// `timeouts`, and in the form in which `beside`, the planned or stored state, writes it.
pub fn state_of<M: tf_schema::Model>(block: &Block, model: M, beside: &Dynamic) -> Dynamic {
    let mut state = block.complete(model.encode());
    plan::keep_form(block, beside, &mut state);
    if block.blocks.iter().any(|nested| nested.name == timeouts::NAME) {
        state.set(timeouts::NAME, beside.get(timeouts::NAME).clone());
    }
    for attribute in block.attributes.iter().filter(|attribute| attribute.write_only) {
        state.set(attribute.name, Dynamic::Null);
    }
    state
}

/// The planned state together with the write-only values, which only the configuration holds.
fn with_write_only(block: &Block, planned: &Dynamic, config: &Dynamic) -> Dynamic {
    let mut planned = planned.clone();
    for attribute in block.attributes.iter().filter(|attribute| attribute.write_only) {
        planned.set(attribute.name, config.get(attribute.name).clone());
    }
    planned
}

/// Brings a state of a provider on the legacy type system into this provider's form: `""`, `0` and
/// `false` stand there for optional attributes that were never set.
pub fn normalise(block: &Block, state: &mut Dynamic) {
    let Dynamic::Map(values) = state else { return };
    for attribute in block.attributes.iter().filter(|a| a.optional && !a.computed) {
        if let Some(value) = values.get_mut(attribute.name)
            && value.is_zero()
        {
            *value = Dynamic::Null;
        }
    }
    for nested in &block.blocks {
        if let Some(Dynamic::List(elements)) = values.get_mut(nested.name) {
            elements.iter_mut().for_each(|element| normalise(&nested.block, element));
        }
    }
}
