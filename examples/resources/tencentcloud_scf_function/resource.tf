resource "tencentcloud_scf_function" "hello" {
  name        = "hello"
  description = "Says hello"
  runtime     = "Python3.10"
  handler     = "index.main_handler"
  source_dir  = "${path.module}/function"

  mem_size = 256
  timeout  = 10

  environment = {
    GREETING = "Hello"
  }

  tags = {
    team = "web"
  }
}
