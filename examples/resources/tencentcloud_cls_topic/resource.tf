resource "tencentcloud_cls_logset" "web" {
  logset_name = "web"
}

resource "tencentcloud_cls_topic" "functions" {
  logset_id  = tencentcloud_cls_logset.web.id
  topic_name = "functions"
  period     = 14
  describes  = "What the functions of the web site write"
}
