resource "tencentcloud_cls_logset" "web" {
  logset_name = "web"

  tags = {
    team = "web"
  }
}
