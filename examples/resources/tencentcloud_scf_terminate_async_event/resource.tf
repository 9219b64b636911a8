resource "tencentcloud_scf_function" "long" {
  name             = "long"
  runtime          = "Python3.10"
  handler          = "index.main_handler"
  source_dir       = "${path.module}/function"
  timeout          = 7200
  async_run_enable = "TRUE"
  trace_enable     = "TRUE"
}

resource "tencentcloud_scf_invoke_function" "long" {
  function_name   = tencentcloud_scf_function.long.name
  invocation_type = "Event"
  client_context  = jsonencode({ seconds = 3600 })
}

resource "tencentcloud_scf_terminate_async_event" "long" {
  function_name     = tencentcloud_scf_function.long.name
  invoke_request_id = tencentcloud_scf_invoke_function.long.id
}
