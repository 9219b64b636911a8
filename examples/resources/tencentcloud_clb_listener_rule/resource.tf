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
  scheduler   = "WRR"
}
