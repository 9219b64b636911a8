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
  client_context  = jsonencode({ seconds = 0 })
}

data "tencentcloud_scf_async_event_status" "long" {
  invoke_request_id = tencentcloud_scf_invoke_function.long.id
}
