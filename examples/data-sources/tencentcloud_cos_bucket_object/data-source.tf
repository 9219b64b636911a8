resource "tencentcloud_cos_bucket" "files" {
  bucket = "files-1250000000"
}

resource "tencentcloud_cos_bucket_object" "note" {
  bucket  = tencentcloud_cos_bucket.files.bucket
  key     = "notes/today.txt"
  content = "Nothing yet"
}

data "tencentcloud_cos_bucket_object" "note" {
  bucket = tencentcloud_cos_bucket_object.note.bucket
  key    = tencentcloud_cos_bucket_object.note.key
}
