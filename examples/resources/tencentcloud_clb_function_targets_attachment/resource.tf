resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

resource "tencentcloud_vpc" "main" {
  name       = "main"
  cidr_block = "10.0.0.0/16"
}

resource "tencentcloud_clb_instance" "web" {
  network_type = "OPEN"
  clb_name     = "web"
  vpc_id       = tencentcloud_vpc.main.id
}

resource "tencentcloud_clb_listener" "http" {
  clb_id        = tencentcloud_clb_instance.web.id
  listener_name = "http"
  protocol      = "HTTP"
  port          = 8080
}

resource "tencentcloud_clb_listener_rule" "hello" {
  clb_id      = tencentcloud_clb_instance.web.id
  listener_id = tencentcloud_clb_listener.http.listener_id
  domain      = "www.example.com"
  url         = "/hello"
}

resource "tencentcloud_clb_function_targets_attachment" "hello" {
  load_balancer_id = tencentcloud_clb_instance.web.id
  listener_id      = tencentcloud_clb_listener.http.listener_id
  location_id      = tencentcloud_clb_listener_rule.hello.rule_id

  function_targets {
    weight = 10

    function {
      function_namespace      = tencentcloud_scf_function.hello.namespace
      function_name           = tencentcloud_scf_function.hello.name
      function_qualifier      = "$LATEST"
      function_qualifier_type = "VERSION"
    }
  }
}
