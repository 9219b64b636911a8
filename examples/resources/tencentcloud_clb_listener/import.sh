terraform import tencentcloud_clb_listener.http 'lb-7a0t6zqb#lbl-hh141sn9'
