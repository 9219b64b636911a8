terraform import tencentcloud_clb_function_targets_attachment.hello 'lb-7a0t6zqb#lbl-hh141sn9#loc-agg236ys'
