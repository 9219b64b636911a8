resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# An invocation that fails is tried once more, and dropped after an hour.
resource "tencentcloud_scf_function_event_invoke_config" "hello" {
  function_name = tencentcloud_scf_function.hello.name

  async_trigger_config {
    msg_ttl = 3600

    retry_config {
      retry_num = 1
    }
  }
}
