terraform import tencentcloud_cls_topic.functions '2f5764c1-c833-44c5-84c7-950979b2a278'
