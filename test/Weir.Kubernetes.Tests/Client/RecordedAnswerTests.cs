using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Kubernetes.Model;
using Weir.Kubernetes.Watching;

namespace Weir.Kubernetes.Tests.Client;

/// <summary>
/// What API servers were seen to answer, word for word where the words matter: a watch that is too old is answered with 200 and an event
/// that says 410 (1.36), a list whose continue token is too old with 410, bookmarks have empty parts, aggregated servers may be away.
/// </summary>
public class RecordedAnswerTests
{
    private const string TooOld =
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (3171407)","reason":"Expired","code":410}}""";

    private const string Bookmark =
        """{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"12746","creationTimestamp":null},"spec":{"containers":null},"status":{}}}""";

    private const string InitialEventsEnd =
        """{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"10245","creationTimestamp":null,"annotations":{"k8s.io/initial-events-end":"true"}}}}""";

    private const string Discovery =
        """{"apiVersion":"v1","kind":"APIGroup","name":"discovery.k8s.io","preferredVersion":{"groupVersion":"discovery.k8s.io/v1","version":"v1"},"versions":[{"groupVersion":"discovery.k8s.io/v1","version":"v1"},{"groupVersion":"discovery.k8s.io/v1beta1","version":"v1beta1"}]}""";

    [Fact]
    public void A_watch_that_is_too_old_is_gone_though_its_answer_was_200()
    {
        var failure = Assert.Throws<KubernetesException>(() => Read(TooOld));
        Assert.Equal((KubernetesFault.Gone, "Expired", "too old resource version: 1 (3171407)"), (failure.Fault, failure.Reason, failure.Message));
    }

    [Theory]
    [InlineData(Bookmark, "12746")]
    [InlineData(InitialEventsEnd, "10245")]
    public void A_bookmark_is_where_to_go_on_and_nothing_else(string line, string version)
    {
        var one = Read(line);
        Assert.Equal((WatchEventType.Bookmark, version), (one.Type, one.ResourceVersion));
        Assert.Null(one.Object);
    }

    [Theory]
    [InlineData(410, """{"kind":"Status","apiVersion":"v1","metadata":{"continue":"eyJ2IjoibWV0YS5r"},"status":"Failure","message":"The provided continue parameter is too old to display a consistent list result.","reason":"Expired","code":410}""", KubernetesFault.Gone)]
    [InlineData(401, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""", KubernetesFault.Unauthorized)]
    [InlineData(429, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"storage is (re)initializing","reason":"TooManyRequests","details":{"retryAfterSeconds":1},"code":429}""", KubernetesFault.Throttled)]
    [InlineData(429, "Too many requests, please try again later.\n", KubernetesFault.Throttled)]
    [InlineData(503, "service unavailable\n", KubernetesFault.Throttled)]
    [InlineData(504, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too large resource version: 99999, current: 12","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}""", KubernetesFault.Server)]
    public async Task A_failure_is_told_by_its_code_whether_or_not_its_body_is_a_status(int code, string body, KubernetesFault expected)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)code) { Content = new StringContent(body, Encoding.UTF8, body[0] == '{' ? "application/json" : "text/plain") };
        var failure = await Failures.ReadAsync(new KubernetesRequest(HttpMethod.Get, "list", ResourceTypes.Pods), response, "here", CancellationToken.None);
        Assert.Equal((expected, code), (failure.Fault, (int)failure.StatusCode));
        Assert.Equal(body.Contains("retryAfter", StringComparison.Ordinal) ? TimeSpan.FromSeconds(1) : null, failure.RetryAfter);
    }

    [Theory]
    [InlineData("""pods is forbidden: User "system:serviceaccount:kube-system:weir" cannot list resource "pods" in API group "" at the cluster scope""")]
    [InlineData("""pods is forbidden: User "system:serviceaccount:kube-system:weir" cannot list resource "pods" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "weir" not found""")]
    public async Task A_missing_right_is_told_with_the_rule_that_would_give_it(string message)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            Content = new StringContent(JsonSerializer.Serialize(new { kind = "Status", apiVersion = "v1", status = "Failure", message, reason = "Forbidden", details = new { kind = "pods" }, code = 403 })),
        };
        var failure = await Failures.ReadAsync(new KubernetesRequest(HttpMethod.Get, "list", ResourceTypes.Pods), response, "here", CancellationToken.None);
        Assert.Contains("""{apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"]} in a ClusterRole""", failure.Message, StringComparison.Ordinal);
        Assert.Equal(message.Contains("not found", StringComparison.Ordinal), failure.Message.Contains("clusterrole.rbac.authorization.k8s.io \"weir\" not found", StringComparison.Ordinal));
    }

    [Fact]
    public void Versions_of_a_group_are_read_as_1_21_to_1_24_told_them()
    {
        var group = JsonSerializer.Deserialize(Discovery, KubernetesJson.Default.GroupInfo)!;
        Assert.Equal(["v1", "v1beta1"], group.Versions!.Select(static one => one.Version));
        Assert.Equal("v1", group.PreferredVersion!.Version);
    }

    private static WatchEvent<Pod> Read(string line) => WatchEventReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), ResourceKind.Pods);
}
