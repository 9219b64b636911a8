# The topics of functions in every log set that belongs to a team.
data "tencentcloud_cls_topics" "functions" {
  precise_search = 1

  filters {
    key    = "topicName"
    values = ["functions"]
  }

  filters {
    key    = "tag:team"
    values = ["web"]
  }
}
