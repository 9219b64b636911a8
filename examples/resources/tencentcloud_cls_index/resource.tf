resource "tencentcloud_cls_logset" "web" {
  logset_name = "web"
}

resource "tencentcloud_cls_topic" "access" {
  logset_id  = tencentcloud_cls_logset.web.id
  topic_name = "access"
}

resource "tencentcloud_cls_index" "access" {
  topic_id = tencentcloud_cls_topic.access.id

  rule {
    full_text {
      case_sensitive = false
      tokenizer      = "@&?|#()='\",;:<>[]{}/ \n\t\r\\"
      contain_z_h    = false
    }

    key_value {
      case_sensitive = false

      key_values {
        key = "status"
        value {
          type     = "long"
          sql_flag = true
        }
      }
    }
  }
}
