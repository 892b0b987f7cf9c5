using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Kubernetes.RateLimits;

namespace Weir.Kubernetes.Tests.RateLimits;

/// <summary>nginx itself, configured as ingress-nginx writes it from the annotations, shows that the limits mean what is said of them.</summary>
public sealed class NginxLimitTests : IDisposable
{
    private const string Nginx = "/usr/sbin/nginx";

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-nginx-").FullName;
    private Process? _nginx;

    [SkippableTheory]
    [InlineData(1, 5, 6)]
    [InlineData(2, 5, 11)]
    [InlineData(4, 1, 5)]
    public async Task A_minute_rate_with_its_multiplier_lets_exactly_so_many_through_at_once(int rpm, int multiplier, int expected)
    {
        Skip.IfNot(File.Exists(Nginx), "nginx is not installed");
        var request = new RateLimitRequest { Target = Cluster.Ingress, RequestsPerMinute = rpm, Burst = rpm * multiplier };
        var (effective, annotations) = await Plan(request);
        Assert.Equal(multiplier.ToString(CultureInfo.InvariantCulture), annotations[Cluster.Nginx + "limit-burst-multiplier"]);
        var port = Start(annotations);
        // Far fewer than a minute's worth of time: nothing is refilled while they are sent, however slow the machine (15 s for one at 4 a minute).
        var (answers, calls) = await Send(port, 20);
        Assert.Equal(expected, effective.Rates[0].AtOnce);
        var refused = RateLimitSimulation.Refused(effective, calls).ToList();
        Assert.Equal(refused.Select(no => no ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK), answers);
        if (calls[^1].StartedMs - calls[0].StartedMs < 60_000 / rpm) Assert.Equal(expected, answers.Count(one => one == HttpStatusCode.OK));
    }

    [SkippableFact]
    public async Task Requests_of_a_second_are_refilled_as_the_simulation_says()
    {
        Skip.IfNot(File.Exists(Nginx), "nginx is not installed");
        var (effective, annotations) = await Plan(new RateLimitRequest { Target = Cluster.Ingress, RequestsPerSecond = 5, Burst = 5 });
        var port = Start(annotations);
        var (first, calls) = await Send(port, 12);
        Assert.InRange(first.Count(one => one == HttpStatusCode.OK), 6, 6 + 1 + (int)((calls[^1].EndedMs - calls[0].StartedMs) / 200));
        // After more than the burst's time the bucket is as new.
        await Task.Delay(TimeSpan.FromMilliseconds(1500));
        var (second, again) = await Send(port, 6);
        Assert.All(second, one => Assert.Equal(HttpStatusCode.OK, one));
        Assert.DoesNotContain(true, RateLimitSimulation.Refused(effective, again));
    }

    [SkippableFact]
    public async Task Connections_at_the_same_time_are_limited_and_told_as_503()
    {
        Skip.IfNot(File.Exists(Nginx), "nginx is not installed");
        var (effective, annotations) = await Plan(new RateLimitRequest { Target = Cluster.Ingress, Connections = 3 });
        var port = Start(annotations);
        // A request counts from when its head was read: answers that are slow to go (limit_rate) keep it open.
        var slow = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 3; i++) slow.Add(await Open(port));
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
            Assert.Equal(effective.StatusCode, (int)(await http.GetAsync(new Uri("/slow", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead)).StatusCode);
            var calls = Enumerable.Range(0, 4).Select(i => new LimitedCall("c", 1000 + i, 60_000)).ToList();
            Assert.Equal([false, false, false, true], RateLimitSimulation.Refused(effective, calls));
        }
        finally
        {
            foreach (var one in slow) one.Dispose();
        }
    }

    public void Dispose()
    {
        if (_nginx is not null)
        {
            // Its workers end with it: quit by the signal that it knows.
            if (!_nginx.HasExited) Process.Start("/bin/kill", ["-TERM", _nginx.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            _nginx.WaitForExit();
            _nginx.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<(EffectiveLimit Effective, SortedDictionary<string, string> Annotations)> Plan(RateLimitRequest request)
    {
        var (lab, limiter) = await Cluster.StartAsync("k8s.io/ingress-nginx");
        await using var _ = lab;
        var plan = await limiter.PlanAsync(request, "01JWEIR00000000000000000001", null);
        await limiter.ApplyAsync(plan, takeOver: false);
        return (plan.Effective, await Cluster.AnnotationsAsync(lab));
    }

    private static async Task<(List<HttpStatusCode> Answers, List<LimitedCall> Calls)> Send(int port, int count)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        var (answers, calls) = (new List<HttpStatusCode>(), new List<LimitedCall>());
        for (var i = 0; i < count; i++)
        {
            var started = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            using var answer = await http.GetAsync(new Uri("/", UriKind.Relative));
            answers.Add(answer.StatusCode);
            calls.Add(new LimitedCall("c", started, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        }

        return (answers, calls);
    }

    private static async Task<TcpClient> Open(int port)
    {
        var client = new TcpClient { ReceiveBufferSize = 1024 };
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var buffer = new byte[12];
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal("HTTP/1.1 200", System.Text.Encoding.ASCII.GetString(buffer));
        return client;
    }

    /// <summary>The template of the controller: rate and burst = rate × multiplier, nodelay, keyed by address (rootfs/etc/nginx/template/nginx.tmpl).</summary>
    private int Start(SortedDictionary<string, string> annotations)
    {
        var (zones, limits) = (new List<string>(), new List<string>());
        var multiplier = annotations.TryGetValue(Cluster.Nginx + "limit-burst-multiplier", out var given) ? int.Parse(given, CultureInfo.InvariantCulture) : 5;
        foreach (var (name, unit) in new[] { ("limit-rps", "r/s"), ("limit-rpm", "r/m") })
        {
            if (!annotations.TryGetValue(Cluster.Nginx + name, out var rate)) continue;
            zones.Add($"limit_req_zone $binary_remote_addr zone={name}:5m rate={rate}{unit};");
            limits.Add($"limit_req zone={name} burst={int.Parse(rate, CultureInfo.InvariantCulture) * multiplier} nodelay;");
        }

        if (annotations.TryGetValue(Cluster.Nginx + "limit-connections", out var connections))
        {
            zones.Add("limit_conn_zone $binary_remote_addr zone=conn:5m;");
            limits.Add($"limit_conn conn {connections};");
        }

        File.WriteAllBytes(Path.Combine(_folder, "slow"), new byte[4 << 20]);
        File.WriteAllText(Path.Combine(_folder, "index.html"), "ok");
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var root = Environment.UserName == "root" ? "user root;" : "";
            File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
                daemon off; pid {{_folder}}/pid; error_log {{_folder}}/error.log; worker_processes 1; {{root}}
                events { worker_connections 64; }
                http {
                  access_log off; client_body_temp_path {{_folder}}/b; proxy_temp_path {{_folder}}/p; fastcgi_temp_path {{_folder}}/f; uwsgi_temp_path {{_folder}}/u; scgi_temp_path {{_folder}}/s;
                  {{string.Join(' ', zones)}}
                  server { listen 127.0.0.1:{{port}}; root {{_folder}}; {{string.Join(' ', limits)}} location /slow { limit_rate 1k; } }
                }
                """);
            _nginx = Process.Start(new ProcessStartInfo(Nginx, ["-p", _folder, "-c", Path.Combine(_folder, "nginx.conf")]) { RedirectStandardError = true })!;
            for (var i = 0; i < 600 && !_nginx.HasExited; i++)
            {
                using var client = new TcpClient();
                try
                {
                    client.Connect(IPAddress.Loopback, port);
                    return port;
                }
                catch (SocketException)
                {
                    Thread.Sleep(50);
                }
            }

            Assert.True(attempt < 3, $"nginx did not start: {_nginx.StandardError.ReadToEnd()}");
            _nginx.Dispose();
        }
    }
}
