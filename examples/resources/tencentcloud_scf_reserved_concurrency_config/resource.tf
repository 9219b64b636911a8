resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# Four instances of 128 MB at a time, and never more.
resource "tencentcloud_scf_reserved_concurrency_config" "hello" {
  function_name            = tencentcloud_scf_function.hello.name
  reserved_concurrency_mem = 512
}
