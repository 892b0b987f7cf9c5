using System.Globalization;
using Weir.StrictReceiver;

// usage: Weir.StrictReceiver PORT JOURNAL [ANSWER[,ANSWER]…]   port 0 takes a free one; "listening on PORT" is said on stderr.
using var journal = new Journal(args[1]);
var plan = args.Length > 2 ? args[2].Split(',').Select(Enum.Parse<Answer>) : [];
using var receiver = new Receiver(journal, plan);
receiver.Start(int.Parse(args[0], CultureInfo.InvariantCulture));
Console.Error.WriteLine($"listening on {receiver.Port}");
Thread.Sleep(Timeout.Infinite);
