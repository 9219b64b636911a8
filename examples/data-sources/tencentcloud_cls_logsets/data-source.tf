data "tencentcloud_cls_logsets" "web" {
  filters {
    key    = "logsetName"
    values = ["web"]
  }
}
