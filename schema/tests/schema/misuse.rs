//! Schemas that make no sense do not compile, and the compiler says why on the author's own word.

#[test]
fn nonsense_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
