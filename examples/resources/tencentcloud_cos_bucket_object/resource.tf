resource "tencentcloud_cos_bucket" "pages" {
  bucket = "pages-1250000000"
}

resource "tencentcloud_cos_bucket_object" "index" {
  bucket        = tencentcloud_cos_bucket.pages.bucket
  key           = "index.html"
  source        = "${path.module}/page/index.html"
  content_type  = "text/html; charset=utf-8"
  cache_control = "max-age=60"
  acl           = "public-read"
}

resource "tencentcloud_cos_bucket_object" "version" {
  bucket       = tencentcloud_cos_bucket.pages.bucket
  key          = "version.json"
  content      = jsonencode({ version = "1.0.0" })
  content_type = "application/json"
  tags         = { team = "web" }
}
