//! Acceptance tests: the real terraform or tofu, the built provider and the built emulator.
