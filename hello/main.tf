# A function behind a load balancer: the function answers what a browser asks for.

terraform {
  required_providers {
    tencentcloud = {
      source = "scf-rs/tencentcloud"
    }
  }
}

# The function. A change of a file in ./function is a change of `code_sha256` in the plan.
resource "tencentcloud_scf_function" "hello" {
  name       = "${var.name}-page"
  runtime    = "Python3.6"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# The load balancer calls the alias, so that a release is a change of the alias.
resource "tencentcloud_scf_function_alias" "live" {
  name             = "live"
  function_name    = tencentcloud_scf_function.hello.name
  function_version = "$LATEST"
}

# The network.
resource "tencentcloud_vpc" "main" {
  name       = var.name
  cidr_block = "10.0.0.0/16"
}

# The load balancer, its listener, and a rule for a domain and a path.
resource "tencentcloud_clb_instance" "main" {
  network_type = "OPEN"
  clb_name     = var.name
  vpc_id       = tencentcloud_vpc.main.id
}

resource "tencentcloud_clb_listener" "http" {
  clb_id        = tencentcloud_clb_instance.main.id
  listener_name = "http"
  protocol      = "HTTP"
  port          = var.port
}

resource "tencentcloud_clb_listener_rule" "page" {
  clb_id      = tencentcloud_clb_instance.main.id
  listener_id = tencentcloud_clb_listener.http.listener_id
  domain      = var.domain
  url         = var.path
}

# The function behind the rule.
resource "tencentcloud_clb_function_targets_attachment" "page" {
  load_balancer_id = tencentcloud_clb_instance.main.id
  listener_id      = tencentcloud_clb_listener.http.listener_id
  location_id      = tencentcloud_clb_listener_rule.page.rule_id

  function_targets {
    weight = 10

    function {
      function_namespace      = tencentcloud_scf_function.hello.namespace
      function_name           = tencentcloud_scf_function.hello.name
      function_qualifier      = tencentcloud_scf_function_alias.live.name
      function_qualifier_type = "ALIAS"
    }
  }
}
