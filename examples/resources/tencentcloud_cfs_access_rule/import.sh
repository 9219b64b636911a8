terraform import tencentcloud_cfs_access_rule.subnet 'pgroup-7nx89k7l#rule-qcndbqzj'
