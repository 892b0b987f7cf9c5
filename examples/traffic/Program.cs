using System.Runtime.InteropServices;
using Traffic;

if (!Options.TryParse(args, out var options, out var problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (options.Duration is { } duration) stop.CancelAfter(duration);

using var shoppers = new Shoppers(options);
await Task.WhenAll(shoppers.Run(stop.Token), new Guesser(options).Run(stop.Token));
Console.WriteLine(shoppers.Summary);
return shoppers.Answered > 0 ? 0 : 1;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
