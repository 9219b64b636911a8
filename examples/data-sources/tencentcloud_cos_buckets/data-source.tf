resource "tencentcloud_cos_bucket" "files" {
  bucket = "files-1250000000"
  tags   = { team = "web" }
}

data "tencentcloud_cos_buckets" "web" {
  bucket_prefix = "files-"
  tags          = { team = "web" }

  depends_on = [tencentcloud_cos_bucket.files]
}
