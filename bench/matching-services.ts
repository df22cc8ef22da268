/**
 * Services and calls of the generated records: `service: Call Call …`, the calls that change something after `|`. Most
 * frequent first within a service; the weights of the services are in matching-records.ts.
 */
const CALLS = `
s3: GetObject HeadObject ListBuckets GetBucketAcl GetBucketPolicy GetBucketLocation ListObjects | PutObject DeleteObject PutBucketPolicy PutBucketAcl DeleteBucket PutBucketEncryption
sts: AssumeRole GetCallerIdentity AssumeRoleWithWebIdentity AssumeRoleWithSAML GetSessionToken GetFederationToken |
kms: Decrypt GenerateDataKey DescribeKey ListAliases | Encrypt CreateGrant ScheduleKeyDeletion DisableKey PutKeyPolicy
ec2: DescribeInstances DescribeVolumes DescribeSecurityGroups DescribeSubnets DescribeImages DescribeVpcs DescribeSnapshots DescribeNetworkInterfaces GetConsoleOutput | RunInstances TerminateInstances AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress CreateSnapshot ModifySnapshotAttribute CreateTags DeleteFlowLogs ModifyInstanceAttribute
logs: DescribeLogGroups DescribeLogStreams GetLogEvents FilterLogEvents | CreateLogStream PutRetentionPolicy DeleteLogGroup
lambda: GetFunction20150331v2 ListFunctions20150331 GetPolicy20150331v2 | UpdateFunctionCode20150331v2 CreateFunction20150331 AddPermission20150331v2
dynamodb: DescribeTable ListTables DescribeContinuousBackups | UpdateTable CreateTable DeleteTable UpdateContinuousBackups
iam: GetRole ListRoles ListUsers GetUser ListAccessKeys ListAttachedRolePolicies GetAccountSummary | CreateUser CreateAccessKey AttachUserPolicy AttachRolePolicy PutUserPolicy CreateLoginProfile DeactivateMFADevice UpdateAssumeRolePolicy
ssm: DescribeInstanceInformation GetParameters GetParameter ListAssociations | UpdateInstanceInformation SendCommand StartSession PutParameter
ecr: BatchGetImage GetAuthorizationToken GetDownloadUrlForLayer DescribeRepositories | PutImage CreateRepository DeleteRepository SetRepositoryPolicy
ecs: DescribeServices DescribeTasks ListTasks DescribeClusters | RegisterTaskDefinition UpdateService RunTask CreateCluster
eks: DescribeCluster ListClusters DescribeNodegroup AccessKubernetesApi | CreateCluster DeleteCluster UpdateClusterConfig
secretsmanager: GetSecretValue DescribeSecret ListSecrets | PutSecretValue DeleteSecret CreateSecret RotateSecret
cloudtrail: DescribeTrails GetTrailStatus LookupEvents GetEventSelectors | StopLogging DeleteTrail UpdateTrail PutEventSelectors
cloudformation: DescribeStacks DescribeStackEvents ListStacks GetTemplate | CreateStack UpdateStack DeleteStack CreateChangeSet
rds: DescribeDBInstances DescribeDBSnapshots DescribeDBClusters ListTagsForResource | CreateDBSnapshot ModifyDBSnapshotAttribute DeleteDBInstance ModifyDBInstance
monitoring: DescribeAlarms GetMetricData ListMetrics | PutMetricAlarm DeleteAlarms DisableAlarmActions
elasticloadbalancing: DescribeLoadBalancers DescribeTargetHealth DescribeTargetGroups DescribeListeners | RegisterTargets ModifyListener DeleteLoadBalancer
autoscaling: DescribeAutoScalingGroups DescribeScalingActivities DescribePolicies | SetDesiredCapacity UpdateAutoScalingGroup
sqs: GetQueueAttributes ListQueues GetQueueUrl | CreateQueue SetQueueAttributes DeleteQueue
sns: ListTopics GetTopicAttributes ListSubscriptions | Subscribe CreateTopic SetTopicAttributes
route53: ListHostedZones ListResourceRecordSets GetHostedZone | ChangeResourceRecordSets CreateHostedZone
config: DescribeConfigurationRecorders DescribeConfigRules GetResourceConfigHistory | StopConfigurationRecorder DeleteConfigRule
guardduty: ListDetectors GetFindings ListFindings | DeleteDetector UpdateDetector CreateIPSet
organizations: DescribeOrganization ListAccounts ListRoots | LeaveOrganization CreateAccount AttachPolicy
signin: ConsoleLogin SwitchRole CheckMfa |
`;

export interface ServiceCalls {
  /** Short name, without .amazonaws.com. */
  readonly service: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export const SERVICES: readonly ServiceCalls[] = CALLS.trim()
  .split("\n")
  .map((line) => {
    const [service = "", calls = ""] = line.split(":");
    const [reads, writes] = calls.split("|").map((part) => part.split(" ").filter((name) => name !== ""));
    return { service, reads: reads ?? [], writes: writes ?? [] };
  });
