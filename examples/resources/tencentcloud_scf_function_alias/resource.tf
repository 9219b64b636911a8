resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

resource "tencentcloud_scf_function_version" "hello" {
  function_name = tencentcloud_scf_function.hello.name
}

# A tenth of the calls goes to the code that is being worked on.
resource "tencentcloud_scf_function_alias" "live" {
  name             = "live"
  function_name    = tencentcloud_scf_function.hello.name
  function_version = tencentcloud_scf_function_version.hello.function_version

  routing_config {
    additional_version_weights {
      version = "$LATEST"
      weight  = 0.1
    }
  }
}
