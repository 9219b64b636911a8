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
