resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

resource "tencentcloud_scf_function_version" "hello" {
  function_name = tencentcloud_scf_function.hello.name
}

# Two instances are always ready, ten on weekdays from eight to eight.
resource "tencentcloud_scf_provisioned_concurrency_config" "hello" {
  function_name                       = tencentcloud_scf_function.hello.name
  qualifier                           = tencentcloud_scf_function_version.hello.function_version
  version_provisioned_concurrency_num = 2

  trigger_actions {
    trigger_name                        = "morning"
    trigger_provisioned_concurrency_num = 10
    trigger_cron_config                 = "0 0 8 * * MON-FRI *"
  }

  trigger_actions {
    trigger_name                        = "evening"
    trigger_provisioned_concurrency_num = 2
    trigger_cron_config                 = "0 0 20 * * MON-FRI *"
  }
}
