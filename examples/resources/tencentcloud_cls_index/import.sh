terraform import tencentcloud_cls_index.access '0937e56f-4008-49d2-ad2d-69c52a9f11cc'
