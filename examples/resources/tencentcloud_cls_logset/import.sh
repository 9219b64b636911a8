terraform import tencentcloud_cls_logset.web '698902ff-8b5a-4c65-824b-d8956f366351'
