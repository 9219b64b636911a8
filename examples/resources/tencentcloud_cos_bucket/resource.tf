resource "tencentcloud_cos_bucket" "pages" {
  bucket               = "pages-1250000000"
  acl                  = "public-read"
  versioning_enable    = true
  encryption_algorithm = "AES256"
  force_clean          = true
  tags                 = { team = "web" }

  cors_rules {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["*"]
    max_age_seconds = 300
  }

  lifecycle_rules {
    filter_prefix = "logs/"

    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    expiration {
      days = 90
    }
    non_current_expiration {
      non_current_days = 7
    }
  }

  website {
    index_document = "index.html"
    error_document = "error.html"
  }
}

resource "tencentcloud_cos_bucket" "logs" {
  bucket      = "logs-1250000000"
  force_clean = true
}

resource "tencentcloud_cos_bucket" "copies" {
  bucket            = "copies-1250000000"
  versioning_enable = true
  force_clean       = true
}

resource "tencentcloud_cos_bucket" "uploads" {
  bucket               = "uploads-1250000000"
  versioning_enable    = true
  force_clean          = true
  encryption_algorithm = "KMS"
  kms_id               = "48ba38aa-26c5-11ea-855c-525400850001"

  log_enable        = true
  log_target_bucket = tencentcloud_cos_bucket.logs.bucket
  log_prefix        = "uploads/"

  replica_role = "qcs::cam::uin/100000000001:uin/100000000001"

  replica_rules {
    id                 = "images"
    status             = "Enabled"
    priority           = 1
    prefix             = "images/"
    destination_bucket = "qcs::cos:ap-guangzhou::${tencentcloud_cos_bucket.copies.bucket}"

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }
  }

  origin_pull_rules {
    priority            = 1
    host                = "origin.example.com"
    back_to_source_mode = "Redirect"
    prefix              = "old/"
  }
}
