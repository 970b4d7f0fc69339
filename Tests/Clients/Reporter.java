// Reports as a Java program does that sets nothing: its client offers h2c with every request over plain HTTP.
//
//     java Reporter.java URL TAG COUNT        prints "KEY EVENT-ID" for each report that was recorded
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

public class Reporter {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int number = 0; number < Integer.parseInt(arguments[2]); number++) {
            String key = arguments[1] + "_" + number;
            HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0] + "/report_asset_materialization/" + key))
                .header("Content-Type", "application/json").timeout(Duration.ofSeconds(20)).POST(body(number)).build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(key + ": " + answer.statusCode() + " " + answer.body());
            }
            System.out.println(key + " " + answer.headers().firstValue("Assetlog-Event-Id").orElse("without an identity"));
        }
    }

    /** With a length, in chunks, and none, in turn. */
    private static BodyPublisher body(int number) {
        String text = "{\"metadata\": {\"rows\": " + number + "}}";
        return switch (number % 3) {
            case 0 -> BodyPublishers.ofString(text);
            case 1 -> BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(text.getBytes()));
            default -> BodyPublishers.noBody();
        };
    }
}
