resource "tencentcloud_scf_function" "hello" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
}

# Every weekday at eight.
resource "tencentcloud_scf_trigger" "daily" {
  function_name   = tencentcloud_scf_function.hello.name
  namespace       = tencentcloud_scf_function.hello.namespace
  type            = "timer"
  trigger_name    = "daily"
  custom_argument = "good morning"

  timer {
    cron = "0 0 8 * * MON-FRI *"
  }
}

# An address that a browser can open.
resource "tencentcloud_scf_trigger" "url" {
  function_name = tencentcloud_scf_function.hello.name
  namespace     = tencentcloud_scf_function.hello.namespace
  type          = "http"
  qualifier     = "$DEFAULT"

  http {
    auth_type = "NONE"

    cors {
      origins = ["https://www.example.com"]
      methods = ["GET"]
    }
  }
}

# Every new picture.
resource "tencentcloud_cos_bucket" "pictures" {
  bucket = "pictures-1250000000"
}

resource "tencentcloud_scf_trigger" "pictures" {
  function_name = tencentcloud_scf_function.hello.name
  namespace     = tencentcloud_scf_function.hello.namespace
  type          = "cos"

  cos {
    bucket = tencentcloud_cos_bucket.pictures.bucket
    event  = "cos:ObjectCreated:*"
    prefix = "new/"
    suffix = ".png"
  }
}

# Every line of a log topic, up to 50 at a time. The function's own logs go elsewhere.
resource "tencentcloud_cls_logset" "web" {
  logset_name = "web"
}

resource "tencentcloud_cls_topic" "access" {
  logset_id  = tencentcloud_cls_logset.web.id
  topic_name = "access"
}

resource "tencentcloud_scf_trigger" "access" {
  function_name = tencentcloud_scf_function.hello.name
  namespace     = tencentcloud_scf_function.hello.namespace
  type          = "cls"

  cls {
    topic_id = tencentcloud_cls_topic.access.id
    max_size = 50
    max_wait = 10
  }
}

# Every video that the media service has finished.
resource "tencentcloud_scf_trigger" "videos" {
  function_name = tencentcloud_scf_function.hello.name
  namespace     = tencentcloud_scf_function.hello.namespace
  type          = "mps"

  mps {
    event_type = "WorkflowTask"
  }
}

# The JSON document of the official provider does as well.
resource "tencentcloud_scf_trigger" "orders" {
  function_name = tencentcloud_scf_function.hello.name
  namespace     = tencentcloud_scf_function.hello.namespace
  type          = "ckafka"
  trigger_name  = "ckafka-2o10hua5-orders"
  trigger_desc  = jsonencode({ maxMsgNum = 10, offset = "latest" })
}

output "url" {
  value = tencentcloud_scf_trigger.url.url
}
