using Microsoft.Extensions.Hosting;

namespace Weir.Center.Hosting;

/// <summary>Leaves signals to the command that runs the center; the host's own lifetime would take Ctrl-C from it.</summary>
internal sealed class ProcessLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
